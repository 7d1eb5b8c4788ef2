namespace Dart.Lake.Lakehouse.Engines.Formats;

/// <summary>How an answer is written.</summary>
public enum ResultFormat
{
    /// <summary>Aligned text for people.</summary>
    Table,
    /// <summary>RFC 4180 with a header.</summary>
    Csv,
    /// <summary>One array of objects; decimals as numbers with all their digits.</summary>
    Json,
    Parquet,
}
