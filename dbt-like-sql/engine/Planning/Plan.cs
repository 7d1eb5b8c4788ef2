namespace Dart.Lake.Sql.Planning;

/// <summary>What a run does, in order. It can be printed, and it is what is executed: nothing is written that no stage names.</summary>
public sealed record Plan(IReadOnlyList<PlanStage> Stages)
{
    /// <summary>The run's one commit; null: the run writes to no table.</summary>
    public PublishStage? Publication => Stages.OfType<PublishStage>().SingleOrDefault();

    public override string ToString() => string.Join('\n', Stages);
}
