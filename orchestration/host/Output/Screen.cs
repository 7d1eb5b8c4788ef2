using Dart.Lake.Lakehouse.Engines.Formats;

namespace Dart.Lake.Host.Output;

/// <summary>Lines for people on stdout: whatever they quote of the data, no control character of it reaches the terminal.</summary>
static class Screen
{
    /// <summary>Prints one line.</summary>
    public static void Line(string text = "") => Console.Out.WriteLine(Printable.Of(text));
}
