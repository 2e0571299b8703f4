"""The parts of the annual report, one module each: material in, a section with claims and cells out."""
