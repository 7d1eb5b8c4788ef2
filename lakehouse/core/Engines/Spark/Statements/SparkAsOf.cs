using Dart.Lake.Lakehouse.Engines.Statements;

namespace Dart.Lake.Lakehouse.Engines.Spark.Statements;

/// <summary>
/// Tables as they were at a tag, snapshot or time. As in Trino the state is written behind each name that looks like a table, and nothing
/// rests on that: where it belongs not, Spark finds a syntax error, and Spark's own plan must say that it reads the wanted snapshots and no
/// other.
/// </summary>
/// <param name="state">The state that is asked for.</param>
/// <param name="catalog">The lake's name in Spark.</param>
sealed class SparkAsOf(EarlierState state, string catalog)
{
    public IReadOnlyCollection<string> Remarks => state.Remarks;

    /// <summary>The statement on the state.</summary>
    /// <param name="statement">A query.</param>
    /// <param name="explain">Gives Spark's plans of a query, without a run.</param>
    /// <param name="cancel">Ends it.</param>
    /// <exception cref="LakeException">Invalid: it cannot be said of this statement, and what to write instead.</exception>
    public async Task<SparkStatement> ApplyAsync(
        SparkStatement statement, Func<SparkStatement, CancellationToken, Task<string>> explain, CancellationToken cancel)
    {
        if (!statement.LooksLikeQuery)
            throw LakeException.Invalid("only a SELECT, WITH, VALUES, TABLE or FROM reads tables as they were; leave --as-of away");
        var (sql, snapshots) = await state.WriteAsync(
            statement.Sql, statement.Tokens, catalog, snapshot => $" FOR VERSION AS OF {snapshot}", cancel);
        var written = SparkStatement.Of(sql);
        string plan;
        try
        {
            plan = await explain(written, cancel);
        }
        catch (LakeException e) when (e.Kind == LakeErrorKind.Invalid && sql != statement.Sql)
        {
            // what is wrong with the statement itself is told in its own words
            await explain(statement, cancel);
            throw LakeException.Invalid($"this statement cannot be read as of '{state.Word}' ({e.Message}); {Instead}", e);
        }
        var wanted = snapshots.Select(s => $"{catalog}.{s.Key} VERSION AS OF '{s.Value}'").ToHashSet(StringComparer.OrdinalIgnoreCase);
        if (SparkPlan.Reads(plan).FirstOrDefault(read => !wanted.Contains(read)) is { } other)
            throw LakeException.Invalid($"this statement would not be read as of '{state.Word}': Spark reads {other} for it; {Instead}");
        return written;
    }

    static string Instead => "leave --as-of away and write VERSION AS OF 'TAG' or TIMESTAMP AS OF '…' behind each table";
}
