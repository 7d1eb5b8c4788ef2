using System.Text.Json;
using Dart.Lake.Lakehouse.Iceberg.Spec;

namespace Dart.Lake.Lakehouse.Catalogs.Served;

/// <summary>A client's commit to one table or view, as the protocol has it.</summary>
/// <param name="Ident">Which.</param>
/// <param name="Requirements">What must hold; the commit is a Conflict when one does not.</param>
/// <param name="Updates">What is changed, in order.</param>
public sealed record TableCommit(TableIdent Ident, IReadOnlyList<JsonElement> Requirements, IReadOnlyList<JsonElement> Updates)
{
    /// <exception cref="LakeException">Invalid: the body has not both lists.</exception>
    public static TableCommit Read(TableIdent ident, JsonElement body) =>
        Asked.For(() => new TableCommit(ident, body.Items("requirements"), body.Items("updates")));
}
