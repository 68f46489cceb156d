using System.Globalization;
using TripletGpu.Backends;
using TripletGpu.Backends.Cpu;
using TripletGpu.Backends.Gpu;
using TripletGpu.Collectives;
using TripletGpu.Models;
using TripletGpu.Models.Evaluation;
using TripletGpu.Models.Serialization;
using TripletGpu.Models.Text;
using TripletGpu.Modules;
using TripletGpu.Runner.Configuration;
using TripletGpu.Runner.Data;
using TripletGpu.Runner.Devices;
using TripletGpu.Runner.Display;
using TripletGpu.Runner.Distributed;
using TripletGpu.Runner.Evaluation;
using TripletGpu.Runner.Planning;
using TripletGpu.Runner.Runs;
using TripletGpu.Runner.TensorBoard;

namespace TripletGpu.Runner.Training;

/// <summary>A run from its start, or from where it stopped, to its last file.</summary>
static class TrainingRun
{
    /// <summary>Trains, evaluates and writes the run's folder.</summary>
    /// <param name="request">What to train and where.</param>
    /// <param name="settings">Config fields given on the command line.</param>
    /// <param name="device">Where to compute.</param>
    /// <param name="terminal">Where to tell.</param>
    /// <param name="json">Whether the result is shown as JSON.</param>
    /// <param name="ranks">Who trains together; rank 0 alone writes.</param>
    /// <returns>The exit code of the signal that interrupted it; null where it came to its end.</returns>
    public static int? Start(
        TrainRequest request, IReadOnlyList<string> settings, Device device, Terminal terminal, bool json,
        Ranks ranks)
    {
        using Interruption interruption = Interruption.OfProcess();
        using ProgressLine progress = new(terminal);
        List<string> told = [];
        // Whatever is wrong with config or data shows before there is a folder.
        RunConfig config = ReadConfig(request, settings, device, ranks, Tell);
        if (request.IsResumed && ranks.IsFirst) ResumeRules.Check(request.Source, config, request.Folder);
        ranks.Advice = $"; triplet train --resume {request.Folder.Path} goes on from the last checkpoint";
        ranks.MustAgree("config", ConfigReader.ToJson(config));
        DatasetSplits data = Datasets.Open(config, Tell, ranks);
        if (device.Backend is CpuBackend cpu)
            cpu.UseWinograd = config.Train.Winograd ?? config.Sampler.Kind != SamplerKind.Sequential;
        DeviceSettings.SetPrecision(device, config.Train.Precision);
        if (config.Train.Graphs) DeviceSettings.UseGraphs(device);
        using TrainingParts parts = TrainingParts.Build(config, data, device, ranks);
        ranks.MustAgree("training set", parts.DescribeData());
        if (request.IsResumed && ranks.IsFirst) ResumeRules.CheckLength(request.Folder, parts.TotalSteps);
        if (!ranks.IsFirst)
        {
            using RunLog silent = RunLog.Silent(progress);
            return Train(request, parts, () => { }, silent, progress, interruption, terminal, json, ranks);
        }
        using ClaimedFolder claimed = request.IsResumed
            ? ClaimedFolder.Again(request.Folder)
            : ClaimedFolder.New(request.Folder);
        AtomicFile.WriteText(request.Folder.Config, ConfigReader.ToJson(config) + "\n");
        using RunLog log = new(request.Folder.Log, progress);
        foreach (string line in told) log.Note(line);
        try
        {
            return Train(request, parts, claimed.Keep, log, progress, interruption, terminal, json, ranks);
        }
        catch (UserErrorException error)
        {
            // A disk that was full before the first checkpoint leaves nothing to go on with.
            if (error.InnerException is IOException && !request.Folder.HasCheckpoint) claimed.Abandon();
            log.Note(error.Message);
            throw;
        }
        catch (Exception full) when (full is DeviceOutOfMemoryException or OutOfMemoryException)
        {
            if (!request.Folder.HasCheckpoint) claimed.Abandon();
            string line = $"{full.Message.TrimEnd('.')}; {Smaller(config)}";
            log.Note(line);
            throw new UserErrorException(line, full);
        }
        catch (CollectiveException lost)
        {
            claimed.Keep();
            log.Note(lost.Message);
            throw;
        }
        catch (Exception exception) when (exception is not IOException)
        {
            claimed.Keep(); // for its log
            log.Note(exception.ToString());
            throw new LoggedFailure(log.Path, exception);
        }

        void Tell(string line)
        {
            progress.WriteLine(line);
            told.Add(line);
        }
    }

    /// <summary>The config of a run that goes on, a file or a preset, or one made for a folder of images.</summary>
    static RunConfig ReadConfig(
        TrainRequest request, IReadOnlyList<string> settings, Device device, Ranks ranks, Action<string> log)
    {
        FolderPlan? plan = null;
        // The files of a run that goes on, and the images of a folder, are where rank 0 is.
        string? json = ranks.FromFirst(() => request.IsResumed
            ? ConfigReader.ToJson(ConfigReader.Read(request.Source, []))
            : request.IsFolder ? ConfigReader.ToJson((plan = Plan()).Config) : null);
        RunConfig config = json is null
            ? ConfigReader.Read(request.Source, settings)
            : ConfigReader.Parse(json, request.Source, settings);
        // A plan that a wrong setting would change is none.
        if (plan is not null) Tell(plan);
        return config;

        FolderPlan Plan() =>
            FolderPlan.Of(FolderSurvey.Of(request.Source), device.Backend is CpuBackend, settings);

        void Tell(FolderPlan made)
        {
            foreach (string reason in made.Reasons) log(reason);
            string changes = settings.Count > 0 ? $"; as asked for: {string.Join(", ", settings)}" : "";
            log($"all of it is in {request.Folder.Config}, to be changed and run again by triplet train"
                + $" {request.Folder.Config}{changes}");
        }
    }

    static int? Train(
        TrainRequest request, TrainingParts parts, Action stepped, RunLog log, ProgressLine progress,
        Interruption interruption, Terminal terminal, bool json, Ranks ranks)
    {
        log.Note($"triplet {typeof(TrainingRun).Assembly.GetName().Version}, {Environment.CommandLine}");
        if (parts.Network.Device.Backend is GpuBackend { Plan.Tuned.Measured: var date })
            log.Note(string.Create(CultureInfo.InvariantCulture, $"tiles as bench --tune measured them at {date:u}"));
        foreach (string warning in ConfigRules.Warnings(parts.Config)) log.Say(warning);
        foreach (string note in parts.SamplerNotes) log.Say(note);
        if (parts.Data.Validation is { } held)
            log.Note($"{Counted.Of(held.Count, "image")} of {held.Name} choose the best network");
        if (parts.Network.Scaling is not null) log.Say(DescribePixels(parts.Config.Data));
        if (GradientCacheWarning(parts) is { } caution) log.Say(caution);
        RunFiles files = new(request.Folder, parts.Config.Train.Keep);
        TrainingState state = files.Restore(parts, log.Say, ranks);
        RunEvaluator evaluator = new(
            parts.Config, parts.Data, parts.Network, progress, interruption.Token, ranks.Collective);
        if (!evaluator.CanJudge)
            log.Say($"precision at 1 is not measured: no image of {evaluator.Part} has another of its class");
        using RunBoard? board = parts.Config.Train.TensorBoard && ranks.IsFirst
            ? RunBoard.Begin(request.Folder, state.Step, parts.Network) : null;
        parts.Board = board;
        Trainer trainer = new(parts, files, evaluator, log, progress, interruption, ranks);
        log.Say(request.IsResumed
            ? $"{request.Folder.Path}: going on after step {state.Step:N0} of {trainer.TotalSteps:N0}"
            : $"{request.Folder.Path}: {parts.Describe()}");
        state = trainer.Run(state, stepped);
        MeasuredRun? measured = ranks.Max(interruption.ExitCode) != 0 ? null
            : Finish(files, parts, state, evaluator, ranks);
        // The first rank measures some of it alone, and may be asked to stop there.
        if (ranks.FromFirst(() => measured is null))
        {
            // A new run that has no step yet is removed again (ClaimedFolder).
            log.Say(state.Step == 0 && !request.IsResumed
                ? "interrupted before the first step: nothing is kept"
                : $"interrupted at step {state.Step:N0}; it is saved: triplet train --resume {request.Folder.Path}");
            return ranks.Max(interruption.ExitCode);
        }
        if (!ranks.IsFirst) return null;
        log.Note("finished");
        if (json) Json.Write(terminal, measured!.Result);
        else
        {
            EvaluationTable.Show(terminal, measured!.Result);
            terminal.WriteLine($"{request.Folder.Report}");
        }
        return null;
    }

    /// <summary>Writes the run's last files; null where it was interrupted before they were all there.</summary>
    static MeasuredRun? Finish(
        RunFiles files, TrainingParts parts, TrainingState state, RunEvaluator evaluator, Ranks ranks)
    {
        RunFolder folder = files.Folder;
        try
        {
            if (ranks.IsFirst) Weights.Write(folder.Model, parts.Network);
            if (ranks.IsFirst && parts.Data.Validation is null)
                BestWeights.Write(folder, parts.Network, new BestNetwork(state.Step, "none", PrecisionAt1: null));
            MeasuredRun measured = evaluator.Measure(state.Step);
            if (!ranks.IsFirst) return measured;
            measured = measured with { Result = measured.Result with { Best = BestWeights.Describe(folder) } };
            RunResults.Write(folder, parts, state, measured);
            parts.Board?.Finished(state.Step, measured.Result);
            if (parts.Board is not null)
                Projector.Write(
                    folder, measured.Queries, measured.Result.Neighbours, parts.Data.Test ?? parts.Data.Labelled);
            return measured;
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    /// <summary>What needs less memory of the device.</summary>
    static string Smaller(RunConfig config)
    {
        int batch = config.Sampler.Batch!.Value; // resolved
        int chunk = Math.Max(1, Math.Min(config.Train.GradientCache ?? batch, batch) / 2);
        return $"the batch has {Counted.Of(batch, "image")}: --set train.gradientCache={chunk} takes it through the"
            + $" network {chunk} at a time, or make sampler.batch (or classes and perClass) smaller";
    }

    static string DescribePixels(DataConfig data) => string.Create(CultureInfo.InvariantCulture,
        $"pixels from {data.Range[0]} to {data.Range[1]}, {Words.Of(data.ChannelOrder)}, less data.mean"
        + $" {data.Mean}, by data.std {data.Std}");

    static string? GradientCacheWarning(TrainingParts parts)
    {
        return parts.Config.Train.GradientCache is { } chunk && chunk < parts.Config.Sampler.Batch
            && HasTrainingNorm(parts.Network)
            ? $"train.gradientCache {chunk}: batch norm sees {Counted.Of(chunk, "image")} at once, twice a step, so"
                + " that the gradient"
                + " is not that of the whole batch; model.freeze with its layers, or model.batchNorm=false, makes it"
                + " exact"
            : null;

        static bool HasTrainingNorm(Module module) =>
            module is BatchNorm { IsFrozen: false } || module.Parts.Any(part => HasTrainingNorm(part.Part));
    }
}
