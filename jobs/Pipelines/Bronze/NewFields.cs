namespace Dart.Lake.Jobs.Pipelines.Bronze;

/// <summary>What a job does with a writer's fields that neither contract nor table has.</summary>
public enum NewFields
{
    /// <summary>The table gets them as columns, before the rows.</summary>
    Evolve,
    /// <summary>They are left out, and it is said.</summary>
    Ignore,
    /// <summary>The job ends before the first such record.</summary>
    Stop,
}
