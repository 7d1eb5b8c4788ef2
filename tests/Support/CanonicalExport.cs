using Dart.Lake.Lakehouse.Engines;
using Dart.Lake.Lakehouse.Engines.Formats;
using Dart.Lake.Schemas;

namespace Dart.Lake.Tests.Support;

/// <summary>
/// A table as text that depends on its rows only: columns by contract without the excluded ones, rows ordered by the
/// contract's key and then by all columns, CSV. Equal for every engine, number of threads and cadence of commits.
/// </summary>
public static class CanonicalExport
{
    /// <summary>Writes a table, or one trade date of it.</summary>
    /// <param name="engine">Any engine; the query is plain SQL.</param>
    /// <param name="contract">The table's.</param>
    /// <param name="day">Only rows of that date in <paramref name="dayColumn"/>; null: all.</param>
    /// <param name="dayColumn">A date column.</param>
    /// <param name="output">Takes the text.</param>
    /// <param name="cancel">Ends it.</param>
    /// <returns>How many rows there were.</returns>
    public static async Task<long> WriteAsync(
        IQueryEngine engine, TableContract contract, DateOnly? day, string dayColumn, TextWriter output, CancellationToken cancel)
    {
        await using var result = await engine.QueryAsync(SqlFor(contract, day, dayColumn), cancel);
        return await ResultWriter.WriteAsync(result, ResultFormat.Csv, output, cancel);
    }

    public static string SqlFor(TableContract contract, DateOnly? day, string dayColumn)
    {
        var columns = contract.Columns
            .Select(c => c.Name)
            .Where(c => !contract.Canonical.Exclude.Contains(c, StringComparer.Ordinal))
            .ToList();
        var order = contract.Canonical.Order.Concat(columns).Distinct(StringComparer.Ordinal).Select(c => $"{Quoted(c)} ASC NULLS FIRST");
        var where = day is { } date ? $" WHERE {Quoted(contract.Column(dayColumn).Name)} = DATE '{date:yyyy-MM-dd}'" : "";
        var table = contract.Table ?? throw LakeException.Invalid($"{contract.Name} is no table");
        return $"SELECT {string.Join(", ", columns.Select(Quoted))} FROM {string.Join('.', table.Split('.').Select(Quoted))}{where} ORDER BY {string.Join(", ", order)}";
    }

    // Names of contracts are letters, digits and _; quotes guard against key words.
    static string Quoted(string name) => $"\"{name}\"";
}
