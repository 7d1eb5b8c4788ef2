using System.Globalization;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Schemas;

namespace Dart.Lake.Lakehouse.Catalogs;

/// <summary>
/// How far the acts of <c>ops.acts</c> are, which rise by one a commit: so who has seen some of them can ask for the others.
/// </summary>
public static class ActNumber
{
    public static TableIdent Table { get; } = TableIdent.Parse(LakeNames.Acts);

    /// <summary>The number of the last act; 0: there was none, or no table.</summary>
    /// <exception cref="LakeException">Corrupt: the property is no number.</exception>
    public static long Of(Table? acts) => Number(acts, LakeNames.Act) ?? 0;

    /// <summary>The number of the last act that released something; of a lake whose acts do not say so that of the last one.</summary>
    /// <exception cref="LakeException">Corrupt: the property is no number.</exception>
    public static long OfReleases(Table? acts) => Number(acts, LakeNames.Released) ?? Of(acts);

    static long? Number(Table? acts, string property) => acts?.Metadata.Properties.GetValueOrDefault(property) is not { } text ? null
        : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
        : throw LakeException.Corrupt($"{Table}: the property {property} is '{text}', which is no number; restore it from an earlier metadata file");

    /// <summary>SQL: the places of records that acts after a number have released.</summary>
    /// <param name="acts">SQL of the table.</param>
    /// <param name="after">The number.</param>
    public static string Released(string acts, long after) => string.Create(CultureInfo.InvariantCulture,
        $"SELECT DISTINCT _log_id, _topic, _kafka_partition, _offset FROM {acts} acts WHERE verb = 'RELEASE' AND act > {after}");
}
