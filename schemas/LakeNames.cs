using System.Globalization;

namespace Dart.Lake.Schemas;

/// <summary>Names that the platform leaves in tables, for whoever reads them.</summary>
public static class LakeNames
{
    /// <summary>The table property that says how far a bronze table is in its logs: JSON, see docs/data.md.</summary>
    public const string Position = "dartlake.position";

    /// <summary>The summary key that says the same of one snapshot: log → topic → partition → next offset.</summary>
    public const string Offsets = "dartlake.offsets";

    /// <summary>
    /// The table property of a bronze table that was made again: its topics are read from their start, and what they had set aside as dead
    /// letters and holes stays so.
    /// </summary>
    public const string ReadAgain = "dartlake.read-again";

    /// <summary>The summary key with the name of the job that streamed a snapshot.</summary>
    public const string Stream = "dartlake.stream";

    /// <summary>The summary key with the id of the run that published a snapshot.</summary>
    public const string Run = "dartlake.run";

    /// <summary>The column of every mart with the id of the run that published the row.</summary>
    public const string Publication = "publication";

    /// <summary>The summary key with what the ledger has of a commit, where the catalog has no place for it: JSON.</summary>
    public const string Note = "dartlake.note";

    /// <summary>The setting by which a REST catalog of ours says which lake it is of.</summary>
    public const string LakeId = "dartlake.lake-id";

    /// <summary>The setting by which it says where that lake lives.</summary>
    public const string LakeLocation = "dartlake.location";

    /// <summary>The namespace of the tables that hold events as they came.</summary>
    public const string Bronze = "bronze";

    /// <summary>The namespace of the published marts.</summary>
    public const string Gold = "gold";

    /// <summary>The namespace of tables in which other engines leave the rows of a run; only runs look after them.</summary>
    public const string Staging = "run_staging";

    /// <summary>Records that could not be decoded.</summary>
    public const string DeadLetters = "bronze.dead_letters";

    /// <summary>Offsets that are no rows.</summary>
    public const string LogHoles = "ops.log_holes";

    /// <summary>What people decided of dead letters and quarantined rows.</summary>
    public const string Acts = "ops.acts";

    /// <summary>
    /// The table property of <see cref="Acts"/> with the number of its last act; the summary key with the act of a snapshot.
    /// </summary>
    public const string Act = "dartlake.act";

    /// <summary>The table property of <see cref="Acts"/> with the number of the last act that released something.</summary>
    public const string Released = "dartlake.released";

    /// <summary>The hot job's state at the cut of each day.</summary>
    public const string HotClose = "ops.hot_close";

    const string DayTagStart = "eod-", InputTagStart = "in-";

    /// <summary>What the names of our own properties and summary keys begin with.</summary>
    public const string Start = "dartlake.";

    /// <summary>Whether a tag's name is one that publications and runs give; such a tag never moves.</summary>
    public static bool IsOwnTag(string tag) =>
        tag.StartsWith(DayTagStart, StringComparison.Ordinal) || tag.StartsWith(InputTagStart, StringComparison.Ordinal);

    /// <summary>The tag of a day's publication; the first has none of the suffix <c>-rN</c>, the second has <c>-r2</c>.</summary>
    /// <param name="day">The trade date.</param>
    /// <param name="time">How often the day is published with this one.</param>
    public static string DayTag(DateOnly day, int time = 1) =>
        string.Create(CultureInfo.InvariantCulture, $"{DayTagStart}{day:yyyy-MM-dd}")
        + (time > 1 ? string.Create(CultureInfo.InvariantCulture, $"-r{time}") : "");

    /// <summary>The tag of what a run reads.</summary>
    public static string InputTag(string runId) => $"{InputTagStart}{runId}";
}
