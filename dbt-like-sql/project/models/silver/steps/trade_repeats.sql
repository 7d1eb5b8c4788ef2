-- (source, sequence) of trades that occur more than once.
{{ repeats(trade_history()) }}
