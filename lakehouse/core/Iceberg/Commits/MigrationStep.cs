namespace Dart.Lake.Lakehouse.Iceberg.Commits;

/// <summary>One change of a table's columns.</summary>
/// <param name="Does">What is changed, for a person.</param>
/// <param name="Why">Null: it only adds. Else why it is not done without being asked for.</param>
public sealed record MigrationStep(string Does, string? Why)
{
    /// <summary>Whether files and readers of before see nothing of it.</summary>
    public bool IsAdditive => Why is null;
}
