namespace Dart.Lake.Lakehouse.Relocation;

/// <summary>What a relocation did. Tables are called by their names; those of other catalogs, and views, say so.</summary>
/// <param name="From">The folder that the lake named before, as a path.</param>
/// <param name="To">The folder that it names now.</param>
/// <param name="Id">Of the lake now.</param>
/// <param name="IsCopy">Whether it got an id of its own, because the lake of before still lives or it was wanted.</param>
/// <param name="Tables">Whose locations were written anew; none: the lake lived here already.</param>
/// <param name="Elsewhere">Tables that do not lie in the lake's folder, and were left as they are.</param>
/// <param name="LeftOut">Tables that could not be relocated, and why; the lake's catalog does not name them any more.</param>
public sealed record RelocationReport(
    string From,
    string To,
    string Id,
    bool IsCopy,
    IReadOnlyList<string> Tables,
    IReadOnlyList<string> Elsewhere,
    IReadOnlyDictionary<string, LakeException> LeftOut);
