"""What a server says about a data set: its description and its columns."""

from dataclasses import dataclass

from sklearn_meta.openml._xml import read_xml, text_of, texts_of, xml_complaint


@dataclass(frozen=True)
class Column:
    """A column as the server describes it."""

    name: str
    type: str  # nominal, numeric, string or date
    values: tuple  # of a nominal one
    left_out: bool  # the row id, or to be ignored


@dataclass(frozen=True)
class Description:
    """A data set as the server describes it."""

    id: int
    name: str
    version: int
    is_sparse: bool
    licence: str | None
    url: str
    parquet_url: str | None
    md5: str | None
    targets: tuple
    columns: tuple


def fetch_description(place, id):
    """Return the description of a data set, with its columns.

    Parameters
    ----------
    place : Place
        The server and its cache.
    id : int
        The data set's id.

    Returns
    -------
    Description
    """
    what = f"data set {id}"
    content = place.get(
        f"datasets/{id}/description.xml",
        place.api(f"data/{id}"),
        f"{what} (description)",
        check=xml_complaint("data_set_description"),
    )
    said = read_xml(content, "data_set_description")
    content = place.get(
        f"datasets/{id}/features.xml",
        place.api(f"data/features/{id}"),
        f"{what} (features)",
        check=xml_complaint("data_features"),
    )
    features = read_xml(content, "data_features").findall("feature")
    names = {text_of(feature, "name") for feature in features}
    left_out = _names(said, "ignore_attribute", names) | _names(said, "row_id_attribute", names)
    return Description(
        id=int(text_of(said, "id")),
        name=text_of(said, "name"),
        version=int(text_of(said, "version", 1)),
        is_sparse=text_of(said, "format", "").lower() == "sparse_arff",
        licence=text_of(said, "licence"),
        url=text_of(said, "url"),
        parquet_url=text_of(said, "parquet_url") or text_of(said, "minio_url"),
        md5=text_of(said, "md5_checksum"),
        targets=tuple(sorted(_names(said, "default_target_attribute", names))),
        columns=tuple(_column(feature, left_out) for feature in features),
    )


def _column(feature, left_out):
    name = text_of(feature, "name")
    flags = [text_of(feature, flag, "") for flag in ("is_ignore", "is_row_identifier")]
    return Column(
        name=name,
        type=text_of(feature, "data_type", "numeric"),
        values=tuple(texts_of(feature, "nominal_value")),
        left_out=name in left_out or "true" in [flag.lower() for flag in flags],
    )


def _names(said, tag, known):
    """Names of columns under a tag: several elements, or several names with commas between."""
    found = set()
    for text in texts_of(said, tag):
        found |= {text} if text in known else {part.strip() for part in text.split(",")}
    return found & known
