using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Dart.Lake.Host.Output;

/// <summary>What <c>--json</c> prints: one document on stdout, names in snake_case, decimals and instants as they are.</summary>
static class Json
{
    static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };

    public static void Print(object value) => Console.Out.WriteLine(JsonSerializer.Serialize(value, Options));

    /// <summary>A failure as a document of its own, for readers of stdout; people read the line on stderr.</summary>
    /// <param name="kind">A kind of <see cref="LakeErrorKind"/>, or stopped.</param>
    public static void PrintError(string kind, string message, int exitCode) =>
        Print(new { Error = new { Kind = JsonNamingPolicy.SnakeCaseLower.ConvertName(kind), Message = message, ExitCode = exitCode } });
}
