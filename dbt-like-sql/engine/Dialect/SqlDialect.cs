using Dart.Lake.Schemas;

namespace Dart.Lake.Sql.Dialect;

/// <summary>
/// How an engine writes what the three of them write differently. Sessions are in UTC; of Spark's
/// <c>spark.sql.ansi.doubleQuotedIdentifiers</c> is on and <c>spark.sql.parser.escapedStringLiterals</c> is off.
/// Names are quoted alike on all (<see cref="Quoted.Name"/>), dates too.
/// </summary>
public sealed record SqlDialect
{
    const int MicrosOfSecond = 1_000_000;

    /// <summary>Longer than all times that 64 bits of microseconds hold.</summary>
    const long SecondsMax = 20_000_000_000_000;
    static readonly ColumnType text = ColumnType.Parse("string");
    Func<ColumnType, string> TypeOf { get; init; } = _ => "";
    Func<string, string> Escaped { get; init; } = value => value;
    Func<long, string> InstantOf { get; init; } = _ => "";
    Func<string, string> MicrosOf { get; init; } = _ => "";
    Func<string, string, long, string>? ApartBy { get; init; }
    Func<string, string> TimeText { get; init; } = _ => "";
    Func<string, string> JsonOf { get; init; } = _ => "";
    Func<int, string?> UnnamedAt { get; init; } = _ => null;
    Func<string, string, string> FieldOf { get; init; } = (_, _) => "";

    SqlDialect(string name) => Name = name;

    /// <summary>As <c>adapter.dispatch</c> and <c>--target</c> call it.</summary>
    public string Name { get; }

    public override string ToString() => Name;

    public static SqlDialect DuckDb { get; } = new("duckdb")
    {
        TypeOf = SqlTypes.Of,
        Integer = "HUGEINT",
        Float = "FLOAT",
        PlainTime = "TIMESTAMP",
        Lexer = SqlLexer.DuckDb,
        InstantOf = micros => $"make_timestamptz({micros})",
        MicrosOf = time => $"epoch_us({time})",
        TimeText = time => $"cast({time} as varchar)",
        JsonOf = value => $"coalesce(cast(to_json({value}) as varchar), 'null')",
        FieldOf = (json, key) => $"({json}->>'{key}')",
        Kept = "materialized ",
        ReadEachTime = "not materialized ",
        HasBits = true,
    };

    public static SqlDialect Trino { get; } = new("trino")
    {
        TypeOf = type => type.Kind switch
        {
            ColumnKind.Timestamptz => "timestamp(6) with time zone",
            ColumnKind.Binary => "varbinary",
            _ => SqlTypes.Of(type).ToLowerInvariant(),
        },
        UnnamedAt = at => $"_col{at}",
        Float = "real",
        PlainTime = "timestamp(6)",
        Integer = "decimal(38, 0)",
        InstantOf = micros => $"cast(from_unixtime_nanos(decimal '{(Int128)micros * 1000}') as timestamp(6) with time zone)",
        // its own functions of times give milliseconds, or doubles
        MicrosOf = time => $"(date_diff('second', timestamp '1970-01-01 00:00:00 UTC', date_trunc('second', {time})) * {MicrosOfSecond}"
            + $" + cast(substr(cast({time} as varchar), strpos(cast({time} as varchar), '.') + 1, 6) as bigint))",
        FieldOf = (json, key) => $"json_extract_scalar({json}, '$.{key}')",
        // microseconds go by a text, which is too dear for every row
        ApartBy = (a, b, seconds) => $"({b} > {a} + interval '1' second * {seconds} or {a} > {b} + interval '1' second * {seconds})",
        TimeText = time => $@"(regexp_replace(cast(cast({time} at time zone 'UTC' as timestamp(6)) as varchar), '\.?0+$', '') || '+00')",
        // its own JSON has escapes for characters of more than 16 bits, which no other engine writes
        JsonOf = value => $$"""
            coalesce('"' || regexp_replace({{value}}, '(["\\\x00-\x1f])', m -> case m[1] when '"' then '\"' when '\' then '\\'
            when chr(8) then '\b' when chr(9) then '\t' when chr(10) then '\n' when chr(12) then '\f' when chr(13) then '\r'
            else '\u00' || lpad(upper(to_base(codepoint(cast(m[1] as varchar(1))), 16)), 2, '0') end) || '"', 'null')
            """,
    };

    public static SqlDialect Spark { get; } = new("spark")
    {
        TypeOf = type => type.Kind switch
        {
            ColumnKind.String => "string",
            ColumnKind.Timestamptz => "timestamp",
            ColumnKind.Binary => "binary",
            _ => SqlTypes.Of(type).ToLowerInvariant(),
        },
        Lexer = SqlLexer.Spark,
        Float = "float",
        PlainTime = "timestamp_ntz",
        Integer = "decimal(38, 0)",
        Escaped = value => value.Replace(@"\", @"\\", StringComparison.Ordinal),
        InstantOf = micros => $"timestamp_micros({micros})",
        FieldOf = (json, key) => $"get_json_object({json}, '$.{key}')",
        MicrosOf = time => $"unix_micros({time})",
        TimeText = time => $"(cast({time} as string) || '+00')",
        // there is no JSON of a text alone
        JsonOf = value => $"substr(to_json(array({value})), 2, length(to_json(array({value}))) - 2)",
    };

    /// <summary>The three names, in words.</summary>
    public const string Names = "duckdb, trino, spark";

    /// <summary>The dialect of that name, or null.</summary>
    public static SqlDialect? TryOf(string name) => name switch
    {
        "duckdb" => DuckDb,
        "trino" => Trino,
        "spark" => Spark,
        _ => null,
    };

    /// <summary>A type of contracts.</summary>
    public string Type(ColumnType type) => TypeOf(type);

    /// <summary>The type of texts of any length.</summary>
    public string TextType => TypeOf(text);

    /// <summary>The type of numbers of 32 bits, which no contract has.</summary>
    public string Float { get; private init; } = "";

    /// <summary>The type of times of no zone, which no contract has.</summary>
    public string PlainTime { get; private init; } = "";

    /// <summary>A whole number that products of two 64-bit numbers fit into.</summary>
    public string Integer { get; private init; } = "";

    /// <summary>Where its texts, quoted names and comments end.</summary>
    internal SqlLexer Lexer { get; private init; } = SqlLexer.Trino;

    /// <summary>Before a part of <c>with</c> that shall be computed once; the engine chooses where it has no word for it.</summary>
    public string Kept { get; private init; } = "";

    /// <summary>Before one that shall be computed for each use, which needs little of it.</summary>
    public string ReadEachTime { get; private init; } = "";

    /// <summary>Whether it has DuckDB's functions of the bits of whole numbers.</summary>
    public bool HasBits { get; private init; }

    /// <summary>What it calls a column that has no name, though nobody can refer to it by that; null: its name can be used.</summary>
    public string? Unnamed(int at) => UnnamedAt(at);

    /// <summary>A field of a JSON object as text.</summary>
    /// <param name="json">The object.</param>
    /// <param name="key">A name of letters, digits and _.</param>
    public string Field(string json, string key) => FieldOf(json, key);

    /// <summary>A text as a literal.</summary>
    public string Text(string value) => Quoted.Text(Escaped(value));

    /// <summary>A constant time, in microseconds since 1970.</summary>
    public string Instant(long micros) => InstantOf(micros);

    /// <summary>Microseconds since 1970 of a time, exact, as 64 bits.</summary>
    public string Micros(string time) => MicrosOf(time);

    /// <summary>Nothing, of a type.</summary>
    public string Null(ColumnType type) => $"cast(null as {TypeOf(type)})";

    /// <summary>Whether two times are farther apart than so many seconds.</summary>
    public string Apart(string a, string b, long seconds) => ApartBy?.Invoke(a, b, Math.Min(seconds, SecondsMax))
        ?? $"abs(cast({Micros(b)} as {Integer}) - cast({Micros(a)} as {Integer})) > {(Int128)seconds * MicrosOfSecond}";

    /// <summary>A value as text, the same on all engines: but for doubles beyond 10^7 or within a thousandth, and for bytes.</summary>
    public string TextOf(ColumnType type, string value) =>
        type.Kind == ColumnKind.Timestamptz ? TimeText(value) : $"cast({value} as {TextType})";

    /// <summary>A JSON object of texts, without spaces; a null is a null.</summary>
    /// <param name="texts">By key, an SQL expression each.</param>
    public string JsonObject(IEnumerable<(string Key, string Text)> texts)
    {
        var pairs = texts.Select((pair, at) => $"'{(at == 0 ? "{" : ",")}\"{pair.Key}\":' || {JsonOf(pair.Text)}").ToList();
        return pairs.Count == 0 ? "'{}'" : $"({string.Join(" || ", pairs)} || '}}')";
    }
}
