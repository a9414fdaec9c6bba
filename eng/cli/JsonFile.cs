using Google.Protobuf;

namespace ContactPlatform.Cli;

/// <summary>Messages that people write as JSON.</summary>
internal static class JsonFile
{
    /// <exception cref="CliException">The file holds something else.</exception>
    public static async Task<T> ReadAsync<T>(FileInfo file, string what, CancellationToken cancellationToken) where T : IMessage, new()
    {
        if (!file.Exists)
        {
            throw new CliException($"There is no file {file.Name} here.");
        }

        try
        {
            return JsonParser.Default.Parse<T>(await File.ReadAllTextAsync(file.FullName, cancellationToken));
        }
        catch (Exception e) when (e is InvalidProtocolBufferException or InvalidJsonException)
        {
            throw new CliException($"{file.Name} is no {what}: {e.Message}");
        }
    }
}
