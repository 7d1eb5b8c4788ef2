namespace Dart.Lake.Jobs.Pipelines.Hot.ReferenceData;

/// <summary>Splits of an instrument that a position becomes other by at once: n new units for d old ones.</summary>
/// <param name="Day">Whose profit has what they leave nothing of.</param>
/// <param name="Numerator">New units.</param>
/// <param name="Denominator">Old units.</param>
readonly record struct BookedSplit(int Day, long Numerator, long Denominator);
