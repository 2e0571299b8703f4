"""Pictures as Vega-Lite dictionaries: text that can be tested, drawn as SVG or PNG with the extra `report`.

`draw.svg(spec)` and `draw.png(spec)` draw them; nothing is loaded from a network.
"""
