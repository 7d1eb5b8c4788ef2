using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Tests.Hot.Domain;

/// <summary>A row that a contract lets into bronze, by the names of its columns, or the END_OF_DAY marker of a day.</summary>
sealed record OddRow(Topic Topic, long Offset, Dictionary<string, object?> Values, int? Marker)
{
    public LogPartition Partition => new("log", Topic.Name, 0);

    public T? Of<T>(string column) where T : struct => (T?)Values.GetValueOrDefault(column);

    public string? Text(string column) => (string?)Values.GetValueOrDefault(column);
}
