using Dart.Lake.Lakehouse.Iceberg.Spec;

namespace Dart.Lake.Host.Output;

/// <summary>Says, beside an answer, which tables it goes without.</summary>
static class LeftOutText
{
    public static void Print(IEnumerable<KeyValuePair<TableIdent, LakeException>> leftOut)
    {
        foreach (var (table, why) in leftOut.OrderBy(left => left.Key))
            Failure.Note($"left out {table}: {why.Message}");
    }
}
