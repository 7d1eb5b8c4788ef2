namespace Dart.Lake.Schemas;

// The symbols of the enums in schemas/avro and the bodies of schemas/proto, in their order: the number is what Avro writes. Words: Symbols.

/// <summary>What a record of market data is.</summary>
public enum MarketDataKind : byte { Quote, Print, Mark }

/// <summary>What a record of trades is.</summary>
public enum TradeKind : byte { New, Correct, Bust }

/// <summary>What a reference speaks of.</summary>
public enum ReferenceKind : byte { Instrument, Account, FxFixing, CorporateAction, PriorClose, Mark, Rate }

/// <summary>What a PERMIT event is.</summary>
public enum PermitKind : byte { Position, Exposure, Risk, Margin, Interaction, Trade }

/// <summary>Which way a trade goes.</summary>
public enum Side : byte { Buy, Sell }

/// <summary>What an instrument is.</summary>
public enum InstrumentKind : byte { Equity, Index, Option, Fx }

/// <summary>What an option gives the right to.</summary>
public enum OptionRight : byte { Call, Put }

/// <summary>When an option may be exercised.</summary>
public enum ExerciseStyle : byte { European, American }

/// <summary>What a corporate action is.</summary>
public enum ActionKind : byte { Split, Dividend }
