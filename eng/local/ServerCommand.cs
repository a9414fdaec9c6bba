namespace ContactPlatform.LocalTools;

/// <summary>How to start one server in the foreground. It stops on SIGTERM and SIGINT.</summary>
/// <param name="FileName">A program on the PATH, or an absolute path.</param>
/// <param name="Arguments">Its arguments, unquoted.</param>
public sealed record ServerCommand(string FileName, IReadOnlyList<string> Arguments);
