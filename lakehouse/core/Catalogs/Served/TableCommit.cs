using System.Text.Json;
using Dart.Lake.Lakehouse.Iceberg.Spec;

namespace Dart.Lake.Lakehouse.Catalogs.Served;

/// <summary>A client's commit to one table or view, as the protocol has it.</summary>
/// <param name="Ident">Which.</param>
/// <param name="Requirements">What must hold; the commit is a Conflict when one does not.</param>
/// <param name="Updates">What is changed, in order.</param>
public sealed record TableCommit(TableIdent Ident, IReadOnlyList<JsonElement> Requirements, IReadOnlyList<JsonElement> Updates)
{
    /// <summary>Requirements or updates of a commit: each may copy what is there.</summary>
    const int Most = 10_000;

    /// <summary>A job or run of the lake makes it, which may change the lake's own tables.</summary>
    public bool IsOfTheLake { get; init; }

    /// <exception cref="LakeException">Invalid: the body has not both lists, or they are too long.</exception>
    public static TableCommit Read(TableIdent ident, JsonElement body)
    {
        var commit = Asked.For(() => new TableCommit(ident, body.Items("requirements"), body.Items("updates")));
        return Math.Max(commit.Requirements.Count, commit.Updates.Count) <= Most
            ? commit
            : throw LakeException.Invalid($"a commit has at most {Most} requirements and {Most} updates; make several");
    }
}
