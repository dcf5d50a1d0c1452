// The clients of other people, for the pages of the tests. Bundled by esbuild.
import AwsS3 from "@uppy/aws-s3";
import Uppy from "@uppy/core";
import "@uppy/core/css/style.css";
import Dashboard from "@uppy/dashboard";
import "@uppy/dashboard/css/style.css";
import UppyTus from "@uppy/tus";
import XHRUpload from "@uppy/xhr-upload";
import Dropzone from "dropzone";
import "dropzone/dist/dropzone.css";
import * as tus from "tus-js-client";

Object.assign(window, { AwsS3, Dashboard, Dropzone, Uppy, UppyTus, XHRUpload, tus });
