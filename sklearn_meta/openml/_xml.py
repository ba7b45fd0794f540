"""OpenML's XML, read without its namespace."""

from xml.etree import ElementTree

from sklearn_meta.openml._errors import DamagedFileError


def read_xml(content, root):
    """Return the root element of an answer; tags have lost their namespace.

    Parameters
    ----------
    content : bytes
        The document.
    root : str
        The tag that it must begin with, as "data_features".

    Returns
    -------
    xml.etree.ElementTree.Element

    Raises
    ------
    DamagedFileError
        If it is no XML, or another document.
    """
    try:
        element = ElementTree.fromstring(content)
    except ElementTree.ParseError as error:
        raise DamagedFileError(f"it is not whole XML ({error})") from error
    for part in element.iter():
        if isinstance(part.tag, str):
            part.tag = part.tag.rpartition("}")[2]
    if element.tag != root:
        raise DamagedFileError(f"it is a <{element.tag}>, and a <{root}> was wanted")
    return element


def xml_complaint(root):
    """Return a check for `Place.get`: what is wrong with a document, or None."""

    def check(content):
        try:
            read_xml(content, root)
        except DamagedFileError as error:
            return str(error)
        return None

    return check


def text_of(element, path, default=None):
    """Return the text at a path, without blanks around it; `default` where there is none."""
    found = element.findtext(path)
    return found.strip() if found and found.strip() else default


def texts_of(element, path):
    """Return the texts of all elements at a path."""
    return [(part.text or "").strip() for part in element.findall(path)]
