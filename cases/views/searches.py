"""さがす: the words are kept under an opaque id, so that no name ever stands in an address."""

from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse

from cases import audit
from cases.forms.search import SearchForm
from cases.models import StoredSearch
from cases.search import MOST_PEOPLE, find
from nisshin_support.purpose import Purpose, for_purpose

SUPPORT = Purpose.SUPPORT


@for_purpose(SUPPORT)
def search(request):
    """Take the words, then show what the viewer may know of that fits them."""
    if request.method == "POST":
        return _keep(request)
    words = _kept_words(request)
    found = find(request.viewer, SUPPORT, words) if words else []
    if words:
        things = [entry.person.public_id for entry in found if entry.person]
        things += [case.public_id for entry in found for case in entry.cases]
        audit.saw(request, "検索の結果", things=things)
    context = {
        "form": SearchForm(initial={"q": words}),
        "words": words,
        "found": found[:MOST_PEOPLE],
        "more": len(found) > MOST_PEOPLE,
    }
    return render(request, "cases/search.html", context)


def _keep(request):
    form = SearchForm(request.POST)
    if not form.is_valid():
        return render(request, "cases/search.html", {"form": form, "words": "", "found": [], "more": False})
    if not form.cleaned_data["q"]:
        return redirect("search")
    kept = StoredSearch.keep(request.user, q=form.cleaned_data["q"])
    return redirect(f"{reverse('search')}?s={kept.public_id}")


def _kept_words(request):
    if not (wanted := request.GET.get("s", "")):
        return ""
    kept = StoredSearch.of(request.user, wanted)
    if kept is None:
        raise Http404
    return kept.words.get("q", "")
