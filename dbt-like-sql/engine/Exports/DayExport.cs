namespace Dart.Lake.Sql.Exports;

/// <summary>What a day's export for dbt holds.</summary>
/// <param name="Models">Names of all models, those that are left out among them.</param>
/// <param name="LeftOut">Models that dbt does not build.</param>
/// <param name="Tables">Of the database.</param>
/// <param name="Rows">Of all of them.</param>
public sealed record DayExport(IReadOnlyList<string> Models, IReadOnlyList<LeftOutModel> LeftOut, int Tables, long Rows);

/// <summary>A model that dbt does not build. Its rows are in the database as they were published, where a table keeps them.</summary>
/// <param name="Reason">Why; a part of a sentence.</param>
public sealed record LeftOutModel(string Model, string Reason);
