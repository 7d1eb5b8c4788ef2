namespace Dart.Lake.Sql.Loading;

/// <summary>A CSV file that models refer to by name.</summary>
/// <param name="File">Absolute path.</param>
/// <param name="Types">Column name to SQL type, where the project names one.</param>
internal sealed record Seed(string Name, string File, IReadOnlyDictionary<string, string> Types, string Fingerprint);
