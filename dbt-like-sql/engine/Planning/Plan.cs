namespace Dart.Lake.Sql.Planning;

/// <summary>What a run will do, in order. It can be printed, and it is what is executed.</summary>
public sealed record Plan(IReadOnlyList<PlanStage> Stages)
{
    public override string ToString() => string.Join('\n', Stages);
}
