"""What every figure is made of: controls, plots, formulas, and the views that show it live or still."""
