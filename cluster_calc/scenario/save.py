"""A scenario as a TOML file that gives the same result."""

from __future__ import annotations

from cluster_calc.scenario.scenario import Scenario


def scenario_text(scenario: Scenario) -> str:
    """The merged scenario as TOML, settings first."""
    import tomlkit

    document = tomlkit.document()
    document.add(tomlkit.comment("cluster-calc scenario; `cluster-calc estimate --scenario FILE` runs it"))
    order = sorted(scenario.texts, key=lambda name: (name not in scenario.settings, name))
    for name in order:
        if name == "strict":
            continue
        value = scenario.settings.get(name, scenario.texts[name])
        value = scenario.texts[name] if isinstance(value, tuple) else value
        document.add(name, tomlkit.item(value if isinstance(value, (bool, int, float, dict)) else str(value)))
    return tomlkit.dumps(document)
