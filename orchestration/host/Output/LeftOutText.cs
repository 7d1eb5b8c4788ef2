namespace Dart.Lake.Host.Output;

/// <summary>Says, beside an answer, which tables it goes without.</summary>
static class LeftOutText
{
    public static void Print(IEnumerable<LakeException> leftOut)
    {
        foreach (var why in leftOut.Select(left => left.Message).Order(StringComparer.Ordinal))
            Failure.Note($"left out: {why}");
    }
}
