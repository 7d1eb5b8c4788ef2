namespace Dart.Lake.Jobs.Pipelines.Redrive;

/// <summary>What one commit of an act takes at most.</summary>
/// <param name="Rows">So many that the number of commits does not matter.</param>
/// <param name="Bytes">Of what the rows bring: so few that they are held in memory. One row is taken whatever it has.</param>
sealed record PartLimit(int Rows, long Bytes)
{
    public static PartLimit Standard { get; } = new(50_000, 64L << 20);

    /// <summary>SQL: the first rows that one commit takes, in their order; <c>chosen</c> is how many there are in all.</summary>
    /// <param name="rows">SQL of the rows.</param>
    /// <param name="order">Columns that give them one order.</param>
    /// <param name="bytes">SQL of what one brings.</param>
    public string First(string rows, string order, string bytes) => $"""
        SELECT * FROM (
            SELECT *, count(*) OVER () AS chosen, row_number() OVER (ORDER BY {order}) AS number,
                sum({bytes}) OVER (ORDER BY {order} ROWS UNBOUNDED PRECEDING) AS bytes
            FROM ({rows})
        )
        WHERE number = 1 OR number <= {Rows} AND bytes <= {Bytes}
        """;
}
