-- (source, sequence) of the day's market data that occur more than once.
{{ repeats(market_day()) }}
