using System.Text.Json;
using Dart.Lake.Lakehouse.Catalogs.Served;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Microsoft.AspNetCore.Http;

namespace Dart.Lake.Serving.Rest;

/// <summary>A request with what its path names.</summary>
/// <param name="Context">HTTP's.</param>
/// <param name="Names">Values of the route's variables, in order: the namespace, then the table or view.</param>
sealed record RestRequest(HttpContext Context, IReadOnlyList<string> Names)
{
    /// <summary>Between the levels of a namespace (REST specification, "namespace-separator").</summary>
    const char LevelSeparator = '\u001F';

    /// <summary>Half of what metadata files may have, in which a body lies some levels down.</summary>
    const int MaxDepth = 100;

    static readonly object lakeKey = new();

    /// <summary>What is asked is asked by the lake itself.</summary>
    public static void Mark(HttpContext context) => context.Items[lakeKey] = true;

    public static bool IsMarked(HttpContext context) => context.Items.ContainsKey(lakeKey);

    /// <summary>A job or run of the lake sends it.</summary>
    public bool IsOfTheLake => IsMarked(Context);

    public CancellationToken Cancel => Context.RequestAborted;

    /// <exception cref="LakeException">Invalid: no name of a namespace.</exception>
    public string Namespace => NamespaceOf(Names[0]);

    /// <exception cref="LakeException">Invalid: no name of a table or view.</exception>
    public TableIdent Ident => ServedNames.Ident(Namespace, Names[1]);

    /// <summary>A value of the query; empty: it is not there.</summary>
    public string Query(string name) => Context.Request.Query[name].ToString();

    public static string NamespaceOf(string levels) => ServedNames.Namespace(levels.Split(LevelSeparator));

    /// <summary>The body, which must be a JSON object.</summary>
    /// <exception cref="JsonException">It is none.</exception>
    public async Task<JsonElement> BodyAsync()
    {
        var document = await JsonDocument.ParseAsync(Context.Request.Body, new JsonDocumentOptions { MaxDepth = MaxDepth }, Cancel);
        // what is kept of it are copies of parts: a copy of all would be kept whole with each of them
        Context.Response.RegisterForDispose(document);
        return document.RootElement.ValueKind == JsonValueKind.Object
            ? document.RootElement
            : throw LakeException.Invalid("the body is no JSON object");
    }
}
