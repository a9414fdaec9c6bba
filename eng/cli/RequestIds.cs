using System.Security.Cryptography;

namespace ContactPlatform.Cli;

/// <summary>Numbers of requests, so that one that is tried again by itself is done once.</summary>
internal static class RequestIds
{
    /// <summary>One that nobody else uses.</summary>
    public static string New() => RandomNumberGenerator.GetHexString(32, lowercase: true);
}
