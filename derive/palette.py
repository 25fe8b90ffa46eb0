"""The colours of all drawings: light, dark, and for the pages of notebooks as variables that a style sheet sets."""

PALETTE = {  # name: light, dark
    "paper": ("#ffffff", "#16181b"),
    "ink": ("#1d1d1f", "#e8e8e6"),
    "soft": ("#5f6368", "#a6abb0"),
    "line": ("#9aa0a6", "#747a80"),
    "grid": ("#e3e5e8", "#2c3034"),
    "box": ("#f1f3f4", "#25282c"),
    "variable": ("#e3effc", "#1c3552"),
    "above": ("#187a3b", "#6fd48f"),
    "below": ("#c02626", "#ff8c82"),
    "current": ("#d97706", "#fbbf24"),
    "s1": ("#1f5fbf", "#7fb2ff"),
    "s2": ("#c2510c", "#ffa264"),
    "s3": ("#187a3b", "#6fd48f"),
    "s4": ("#8a3ab0", "#d59bf0"),
    "s5": ("#0f7a85", "#5fd3de"),
    "s6": ("#a8285a", "#ff94b8"),
}
THEMES = {
    "light": {name: pair[0] for name, pair in PALETTE.items()},
    "dark": {name: pair[1] for name, pair in PALETTE.items()},
    "page": {name: f"var(--d-{name}, {pair[0]})" for name, pair in PALETTE.items()},
}


def variables(where: str) -> str:
    """A style sheet that gives the variables of the theme "page" within `where`: as the reader's system is set, or as JupyterLab is."""
    light, dark = ("; ".join(f"--d-{name}: {pair[n]}" for name, pair in PALETTE.items()) for n in (0, 1))
    return (
        f"{where} {{ {light} }} @media (prefers-color-scheme: dark) {{ {where} {{ {dark} }} }} "
        f'[data-jp-theme-light="true"] {where} {{ {light} }} [data-jp-theme-light="false"] {where} {{ {dark} }}'
    )
