namespace Dart.Lake.Sql.Loading;

/// <summary>What becomes of a model's rows.</summary>
enum Materialization
{
    /// <summary>A view: the engine writes its query into those that refer to it.</summary>
    Ephemeral,
    /// <summary>A view of the engine, as long as the run lasts.</summary>
    View,
    /// <summary>Rows in the engine, as long as the day's part of the run lasts.</summary>
    Temp,
    /// <summary>The rows of one trade date replace that partition of the table.</summary>
    Day,
    /// <summary>The rows replace the whole table.</summary>
    Table,
}
