"""Contract terms to dated flows: ACTUS contracts, and the loans that Chinese banks make.

Pure: terms, observed rates and a calendar go in, rows come out.  `actus` follows the standard and
computes in doubles, as its official cases do; `loans` computes in whole fen and exact fractions.
"""
