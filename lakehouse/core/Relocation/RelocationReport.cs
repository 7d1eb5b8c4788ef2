using Dart.Lake.Lakehouse.Iceberg.Spec;

namespace Dart.Lake.Lakehouse.Relocation;

/// <summary>What a relocation did.</summary>
/// <param name="From">The folder that the lake named before, as a path.</param>
/// <param name="To">The folder that it names now.</param>
/// <param name="Id">Of the lake now.</param>
/// <param name="IsCopy">Whether it got an id of its own, because the lake of before still lives or it was wanted.</param>
/// <param name="Tables">Whose locations were written anew; none: the lake lived here already.</param>
/// <param name="Elsewhere">Tables that do not lie in the lake's folder, and were left as they are.</param>
public sealed record RelocationReport(
    string From, string To, string Id, bool IsCopy, IReadOnlyList<TableIdent> Tables, IReadOnlyList<TableIdent> Elsewhere);
