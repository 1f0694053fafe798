"""Pages as people meet them: in a browser, wide and narrow, in both languages."""
