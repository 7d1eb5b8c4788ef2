using System.Globalization;

namespace Dart.Lake.Jobs.Pipelines.Hot.Rows;

/// <summary>Decimals of tables as the hot path has them: whole numbers of their last place.</summary>
static class Decimals
{
    /// <summary>
    /// SQL of a decimal column of at most 18 digits as a BIGINT. Widened first: the product of the narrow type overflows at its limits.
    /// </summary>
    public static string Unscaled(string column, int scale) => string.Create(
        CultureInfo.InvariantCulture, $"CAST(CAST({column} AS DECIMAL(38, {scale})) * 1{new string('0', scale)} AS BIGINT)");
}
