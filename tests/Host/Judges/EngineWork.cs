namespace Dart.Lake.Host.Tests.Judges;

/// <summary>A statement in an engine's own history.</summary>
/// <param name="Statement">Its text.</param>
/// <param name="Read">Rows that its scans of tables have read.</param>
/// <param name="Written">Rows that it has written.</param>
sealed record EngineWork(string Statement, long Read, long Written)
{
    /// <summary>Whether it names a table of the lake.</summary>
    public bool Names(string table) => Statement.Contains($"\"lake\".\"{table.Replace(".", "\".\"", StringComparison.Ordinal)}\"", StringComparison.Ordinal);

    /// <summary>Whether it fills a staging table of that subject.</summary>
    public bool Fills(string subject) => Statement.Contains($"insert into \"lake\".\"run_staging\".\"{subject}_", StringComparison.Ordinal);
}
