using ContactPlatform.Sequences.V1;
using ContactPlatform.ServiceDefaults.Errors;
using ContactPlatform.ServiceDefaults.Paging;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;
using Enum = System.Enum;

namespace ContactPlatform.Sequences.Sequences;

/// <summary>Reads and writes sequence.proto; steps are read by <see cref="StepProto"/>, settings by <see cref="SettingsProto"/>.</summary>
public static class SequenceProto
{
    /// <summary>Reads a name.</summary>
    public static string Name(this Violations violations, string text) => violations.Text(text, "sequence.display_name", SequenceLimits.Name, 1);

    /// <summary>Reads a visibility; unspecified only where it may be left out.</summary>
    public static SequenceVisibility Visibility(this Violations violations, SequenceVisibility value, bool required)
    {
        if (value == SequenceVisibility.Unspecified && !required)
        {
            return SequenceVisibility.Shared;
        }
        violations.Check(value != SequenceVisibility.Unspecified && Enum.IsDefined(value), "sequence.visibility", $"is {(int)value}; expected SHARED or TEAM_PUBLIC");
        return value;
    }

    /// <summary>Refuses what a caller cannot choose at creation.</summary>
    public static void OutputOnly(this Violations violations, Sequence sequence)
    {
        violations.Check(sequence.SequenceId == 0, "sequence.sequence_id", "is output only; leave it out");
        violations.Check(sequence.OwnerSubject.Length == 0, "sequence.owner_subject", "is the caller at creation; leave it out");
        violations.Check(sequence.State == SequenceState.Unspecified, "sequence.state", "is output only; leave it out");
        violations.Check(sequence.Version == 0, "sequence.version", "is output only; leave it out");
        violations.Check(sequence.CreateTime is null && sequence.UpdateTime is null && sequence.Etag.Length == 0, "sequence", "has create_time, update_time or etag, which are output only; leave them out");
    }

    /// <summary>Steps and settings as they are stored.</summary>
    public static byte[] Content(IEnumerable<Step> steps, SequenceSettings settings) => new Sequence { Steps = { steps }, Settings = settings }.ToByteArray();

    /// <summary>Shows a sequence.</summary>
    /// <param name="row">The sequence.</param>
    /// <param name="version">Its steps and settings; null leaves them out.</param>
    public static Sequence ToProto(this SequenceRow row, SequenceVersionRow? version)
    {
        var sequence = version is null ? new() : Sequence.Parser.ParseFrom(version.Content);
        sequence.SequenceId = row.SequenceId;
        sequence.DisplayName = row.DisplayName;
        sequence.OwnerSubject = row.OwnerSubject;
        sequence.Visibility = row.Visibility;
        sequence.State = row.State;
        sequence.Version = version?.ContentVersion ?? row.ContentVersion;
        sequence.CreateTime = Timestamp.FromDateTime(row.CreateTime);
        sequence.UpdateTime = Timestamp.FromDateTime(row.UpdateTime);
        sequence.Etag = Etag.Of(row.Version);
        return sequence;
    }

    /// <summary>Shows a version.</summary>
    public static SequenceVersion ToProto(this SequenceVersionRow row) => new()
    {
        Version = row.ContentVersion,
        CreateTime = Timestamp.FromDateTime(row.CreateTime),
        Actor = new() { Kind = row.ActorKind, Subject = row.ActorSubject, DisplayName = row.ActorName },
        StepCount = row.StepCount,
    };

    /// <summary>Name of a state as in the contract, without its prefix.</summary>
    public static string Name(SequenceState state) => Name(SequenceReflection.Descriptor, "SequenceState", (int)state, "SEQUENCE_STATE_");

    /// <summary>Name of an enum's value as in the contract, without its prefix.</summary>
    public static string Name(FileDescriptor file, string type, int value, string prefix) =>
        file.EnumTypes.Single(e => e.Name == type).FindValueByNumber(value).Name[prefix.Length..];
}
