using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Pipelines.Hot.ReferenceData;

/// <summary>A record that says something new of days before the one that was cut last.</summary>
/// <param name="Kind">INSTRUMENT, ACCOUNT or CORPORATE_ACTION.</param>
/// <param name="Id">Of the instrument or the account.</param>
/// <param name="Begins">Trade date from which on it holds.</param>
/// <param name="KnownFrom">Trade date from which on something was known of the id before; the greatest date: nothing was.</param>
sealed record LateReference(ReferenceKind Kind, string Id, int Begins, int KnownFrom);
