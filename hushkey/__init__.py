"""hushkey: a predictive keyboard that learns you without telling on you."""
