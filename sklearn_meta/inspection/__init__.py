"""Look into a finished search: compute first, then draw."""

from sklearn_meta.inspection._advice_display import AdviceDisplay
from sklearn_meta.inspection._html import html_report
from sklearn_meta.inspection._summary import SearchSummary, summarise
from sklearn_meta.inspection._text import text_report

__all__ = ["AdviceDisplay", "SearchSummary", "html_report", "summarise", "text_report"]
