namespace Dart.Lake.Host.Verbs;

/// <summary><c>demo</c>: one trading day through every layer.</summary>
static class DemoVerb
{
    public static readonly DateOnly SimulatedDate = new(2026, 9, 22);
}
