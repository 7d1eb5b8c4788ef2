using Dart.Lake.Jobs.Runtime.Decoding;
using Dart.Lake.Jobs.Runtime.Registry;
using Dart.Lake.Schemas;
using Microsoft.Extensions.Logging.Abstractions;

namespace Dart.Lake.Jobs.Tests.Runtime;

/// <summary>A file of the registry that is no schema decides nothing: it may be half written.</summary>
public sealed class BrokenSchemaTests : IDisposable
{
    const int Id = 77;
    static readonly LogPosition where = new(new("log", "topic", 0), 5);
    static readonly Dictionary<int, int> ahead = new() { [Id] = 10 };

    readonly string folder = Directory.CreateTempSubdirectory("dartlake-broken").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    (Admission Admission, string File) Of(Topic topic) => (
        new(new(topic.Contract, 16), new FileSchemaRegistry(folder, TimeProvider.System), topic.Schema, TimeProvider.System),
        Path.Combine(folder, $"{Id}.{(topic == Topics.Permit ? "proto" : "json")}"));

    static Task LoadAsync(Admission admission, TimeSpan patience) => new SchemaPatience(patience, TimeProvider.System, NullLogger.Instance)
        .LoadAsync(admission, Id, where, ahead, (_, _) => Task.FromResult(true), TestContext.Current.CancellationToken);

    static string Half(Topic topic) => topic.Schema.Text[..(topic.Schema.Text.Length / 2)];

    /// <summary>Whatever others have decided, and whatever other schemas the topic has.</summary>
    [Theory]
    [InlineData(1, "", false)]
    [InlineData(1, "half", true)]
    [InlineData(1, "garbage", true)]
    [InlineData(1, "{}", true)]
    [InlineData(3, "", true)]
    [InlineData(3, "half", true)]
    [InlineData(3, "garbage", false)]
    public async Task It_is_waited_for_and_then_named(int index, string content, bool hasOthers)
    {
        var topic = Topics.All[index];
        var (admission, file) = Of(topic);
        if (hasOthers)
        {
            var other = file.Replace("77.", "1.", StringComparison.Ordinal);
            await File.WriteAllTextAsync(other, topic.Schema.Text, TestContext.Current.CancellationToken);
            Assert.NotNull((await admission.LoadAsync(1, TestContext.Current.CancellationToken)).Decoder);
        }
        await File.WriteAllTextAsync(file, content == "half" ? Half(topic) : content, TestContext.Current.CancellationToken);

        var failure = await Assert.ThrowsAsync<LakeException>(() => LoadAsync(admission, TimeSpan.FromMilliseconds(100)));

        Assert.Equal(LakeErrorKind.Unavailable, failure.Kind);
        Assert.Contains("cannot be read", failure.Message);
        Assert.EndsWith(file, failure.Message);
    }

    [Theory, InlineData(1), InlineData(3)]
    public async Task One_that_is_whole_a_moment_later_is_taken(int index)
    {
        var topic = Topics.All[index];
        var (admission, file) = Of(topic);
        await File.WriteAllTextAsync(file, Half(topic), TestContext.Current.CancellationToken);
        var loading = LoadAsync(admission, TimeSpan.FromMinutes(1));
        await Task.Delay(TimeSpan.FromSeconds(1.5), TestContext.Current.CancellationToken);
        Assert.False(loading.IsCompleted);
        await File.WriteAllTextAsync(file, topic.Schema.Text, TestContext.Current.CancellationToken);
        await loading;
        Assert.NotNull((await admission.LoadAsync(Id, TestContext.Current.CancellationToken)).Decoder);
        Assert.True(admission.HasEvents);
    }

    /// <summary>The first part of a .proto may be one.</summary>
    [Fact]
    public async Task A_proto_that_is_being_written_is_read_when_it_is_whole()
    {
        var cancel = TestContext.Current.CancellationToken;
        var (admission, file) = Of(Topics.Permit);
        await File.WriteAllTextAsync(file, "message Decimal { string value = 1; }", cancel);
        var loading = admission.LoadAsync(Id, cancel);
        await File.WriteAllTextAsync(file, Topics.Permit.Schema.Text, cancel);
        Assert.NotNull((await loading).Decoder);
    }

    [Fact]
    public void A_registry_that_is_a_file_is_named()
    {
        var file = Path.Combine(folder, "registry");
        File.WriteAllText(file, "");
        Assert.Contains($"{file} is a file", Assert.Throws<LakeException>(() => new FileSchemaRegistry(file, TimeProvider.System)).Message);
    }

    [Fact]
    public async Task A_list_of_a_subject_that_is_broken_is_named()
    {
        var registry = new FileSchemaRegistry(folder, TimeProvider.System);
        var list = Path.Combine(folder, "subjects", "s.json");
        await File.WriteAllTextAsync(list, "[1,", TestContext.Current.CancellationToken);
        var failure = await Assert.ThrowsAsync<LakeException>(() =>
            registry.RegisterAsync("s", SchemaLanguage.Avro, "\"string\"", TestContext.Current.CancellationToken));
        Assert.StartsWith(list, failure.Message);
    }
}
