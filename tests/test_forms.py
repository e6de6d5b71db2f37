"""Every form that a result can be asked for is there."""

from __future__ import annotations

import pytest

from cluster_calc.forms import FORMS, form_of


@pytest.mark.parametrize(("kind", "form"), [(kind, form) for kind, forms in FORMS.items() for form in forms])
def test_every_form_resolves(kind: str, form: str) -> None:
    made = form_of(kind, form)
    assert callable(made)
    assert made.__module__ == f"cluster_calc.{FORMS[kind][form].partition(':')[0]}"
