"""The facts stage: raw tables of text become typed rows, each bad row set aside with its reason."""
