namespace Dart.Lake.Sql.Planning;

/// <summary>A step of a plan.</summary>
public abstract record PlanStage;

/// <summary>Stage a day's rows of a table that no model writes: the venues' sessions, from their calendars.</summary>
public sealed record BringStage(DateOnly Day, string Table) : PlanStage
{
    public override string ToString() => $"{Day:yyyy-MM-dd}  bring    {Table}";
}

/// <summary>Compute a model's rows and stage them, or make them readable to those that follow.</summary>
public sealed record BuildStage(DateOnly Day, string Model, string Materialization, string Table) : PlanStage
{
    /// <summary>The engine that builds it whatever the target is; null: the target's.</summary>
    public string? Engine { get; init; }

    public override string ToString() => $"{Day:yyyy-MM-dd}  build    {Table} ({Materialization}{(Engine is null ? "" : $", on {Engine}")})";
}

/// <summary>Check what was staged.</summary>
/// <param name="Subject">A model's name, or the path of an audit of its own.</param>
/// <param name="Audits">Names of the audits.</param>
public sealed record AuditStage(DateOnly Day, string Subject, IReadOnlyList<string> Audits) : PlanStage
{
    public override string ToString() => $"{Day:yyyy-MM-dd}  audit    {Subject}: {string.Join(", ", Audits)}";
}

/// <summary>Make everything staged visible in one commit.</summary>
/// <param name="Tables">The tables of the commit, all and no other; at least one.</param>
/// <param name="Tags">Tags that they get, but for the audits' results, which are no part of a day.</param>
public sealed record PublishStage(IReadOnlyList<string> Tables, IReadOnlyList<string> Tags) : PlanStage
{
    public override string ToString() => $"publish  {string.Join(", ", Tables)}{(Tags.Count == 0 ? "" : $" as {string.Join(", ", Tags)}")}";
}
